/** Why a thing is as it is: the chain from it down to what was observed. And its maintenance. */
import { html, useEffect, useRef, useState } from './vendor/preact.js';
import { Age } from './age.js';
import { getExplanation } from './api.js';
import { formatClock, parseTime } from './ages.js';
import { Dialog } from './dialog.js';
import { DrainNote } from './item.js';
import { MaintenancePanel } from './maintenance.js';
import { appearanceOf, StateWord } from './mark.js';
import { causeText } from './wording.js';

/** @typedef {import('../../protocol/api.ts').ApiExplainStep} ApiExplainStep */
/** @typedef {Awaited<ReturnType<typeof getExplanation>>} Answer */

/** A storm of changes is no reason to ask in each frame. */
const askGapMs = 500;

const drainable = new Set(['route', 'service', 'real_server', 'node']);

/**
 * @param {object} props
 * @param {string} props.name
 * @param {number} props.change counts what happened since: each change asks again
 * @param {boolean} props.mayDrain
 * @param {() => void} props.onClose
 */
export function Explain({ name, change, mayDrain, onClose }) {
  const [answer, setAnswer] = useState(/** @type {Answer | null} */ (null));
  const [asked, setAsked] = useState(0);
  const askedAtMs = useRef(-Infinity);
  useEffect(() => {
    const ask = async () => {
      const atMs = performance.now();
      askedAtMs.current = atMs;
      const fresh = await getExplanation(name);
      // Two may be under way, and the older one must not come last.
      if (askedAtMs.current === atMs) setAnswer(fresh);
    };
    const inMs = Math.max(0, askedAtMs.current + askGapMs - performance.now());
    const timer = setTimeout(() => void ask(), inMs);
    return () => clearTimeout(timer);
  }, [name, change, asked]);
  return html`<${Dialog} title=${`${name}: state and cause`} onClose=${onClose}>
    ${answer === null && html`<p role="status">Loading …</p>`}
    ${answer?.ok === false && html`<p role="alert" class="error">${answer.message}</p>`}
    ${
      answer?.ok === true &&
      html`<ul class="chain">
          <${Step} step=${answer.body.chain} />
        </ul>
        ${
          drainable.has(answer.body.chain.kind) &&
          html`<${MaintenancePanel}
            name=${name}
            drain=${answer.body.chain.drain}
            mayDrain=${mayDrain}
            onDone=${() => setAsked(asked + 1)}
          />`
        }`
    }
  <//>`;
}

/** @param {{ step: ApiExplainStep }} props */
function Step({ step }) {
  const look = appearanceOf(step);
  const causeMs = parseTime(step.cause?.at);
  return html`<li>
    <p class="step">
      <${StateWord} state=${look.state} word=${look.word} />
      <span class="name">${step.name || step.kind.replace('_', ' ')}</span>
      <span class="kind">${step.kind.replace('_', ' ')}</span>
      <${Age} since=${step.since} />
    </p>
    ${step.because !== '' && html`<p class="reason">${step.because}</p>`}
    ${
      step.cause !== null &&
      html`<p class="note">
        cause: ${causeText(step.cause)}${causeMs === null ? '' : ` at ${formatClock(causeMs)}`}
      </p>`
    }
    ${
      step.counters.length > 0 &&
      html`<dl class="counters">
        ${step.counters.map(
          ({ label, value }) =>
            html`<div key=${label}>
              <dt>${label}</dt>
              <dd>${value}</dd>
            </div>`,
        )}
      </dl>`
    }
    ${step.drain !== null && html`<${DrainNote} drain=${step.drain} />`}
    ${step.parts.length > 0 && html`<${Parts} parts=${step.parts} />`}
  </li>`;
}

/** What a step of two thousand parts shows at first. */
const partsStep = 50;

/** @param {{ parts: readonly ApiExplainStep[] }} props */
function Parts({ parts }) {
  const [shownMax, setShownMax] = useState(partsStep);
  return html`<ul class="chain">
      ${parts.slice(0, shownMax).map((part, at) => html`<${Step} key=${at} step=${part} />`)}
    </ul>
    ${
      parts.length > shownMax &&
      html`<button type="button" class="more" onClick=${() => setShownMax(shownMax + partsStep)}>
        show more of ${parts.length}
      </button>`
    }`;
}
