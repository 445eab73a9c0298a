/** Starts the page: the stream changes the model, a frame draws it. */
import { html, render } from './vendor/preact.js';
import { nodeNowMs } from './age.js';
import { getLogin } from './api.js';
import { App } from './app.js';
import { connect } from './connection.js';
import { Login } from './login.js';
import { Model } from './model.js';
import { headline } from './counts.js';

const announceMs = 500;
const lineMs = 30_000;

const page = need('page');
const boot = page.firstElementChild;
const liveRegion = need('live-region');
let isFrameDue = false;
let frame = 0;

/** Any number of events make one frame. A hidden page draws nothing and stays up to date. */
function requestDraw() {
  if (isFrameDue) return;
  isFrameDue = true;
  requestAnimationFrame(() => {
    isFrameDue = false;
    draw();
  });
}

function draw() {
  if (model.view.status === null) return;
  model.view.settle();
  boot?.remove();
  frame += 1;
  render(html`<${App} model=${model} frame=${frame} />`, page);
  const { level } = headline(model.view);
  const sign = model.connection === 'live' ? { good: '', warn: '▲ ', bad: '✖ ' }[level] : '… ';
  const title = `${sign}${model.view.status.node} · routevane`;
  if (document.title !== title) document.title = title;
}

const model = new Model(requestDraw);

/** The daemon is asked first whether it wants a token: a WebSocket that is refused does not say why. */
async function start() {
  if (await isTokenMissing()) askForToken(() => void start());
  else listen();
}

function listen() {
  const url = new URL('api/v1/stream', location.href);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  const stream = connect(url.href, {
    onMessage: (message) => model.receive(message),
    onState: ({ kind }) => {
      model.setConnection(kind);
      if (kind === 'waiting') void checkToken(stream);
    },
  });
  model.retryNow = stream.retryNow;
  model.dropStream = stream.drop;
}

/**
 * The session may have ended meanwhile.
 *
 * @param {{ retryNow: () => void, pause: () => void }} stream
 */
async function checkToken(stream) {
  if (!(await isTokenMissing())) return;
  stream.pause();
  model.view.status = null;
  askForToken(stream.retryNow);
}

async function isTokenMissing() {
  const answer = await getLogin();
  return answer.ok && !answer.body.authenticated;
}

/** @param {() => void} then */
function askForToken(then) {
  boot?.remove();
  const onDone = () => {
    render(null, page);
    then();
  };
  render(html`<${Login} onDone=${onDone} />`, page);
}

setInterval(() => {
  const sentence = model.liveRegion.take(nodeNowMs());
  if (sentence !== null) liveRegion.textContent = sentence;
}, announceMs);

// The time line moves on even where nothing happens.
setInterval(requestDraw, lineMs);

void start();

/** @param {string} id */
function need(id) {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`the page has no ${id}`);
  return element;
}
