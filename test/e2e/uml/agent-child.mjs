// Runs commands inside the kernel under test for the test outside. JSON lines on stdin:
// { id, start: [argv], env }, { id, write: text }, { id, close: true }, { id, kill: signal },
// or { file: path } with one of these in the file;
// and on stdout: { ready: true } at first and after each of them, { id, pid }, { id, stdout|stderr: text }, { id, code, signal }
// (code null and signal null: it could not be started). Ends with its stdin.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const children = new Map();

function say(message) {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

function start(id, [command, ...args], env) {
  // A group of its own, so that a kill reaches what it started, too.
  const child = spawn(command, args, { detached: true, env: { ...process.env, ...env } });
  children.set(id, child);
  for (const name of ['stdout', 'stderr']) {
    child[name].setEncoding('utf8');
    child[name].on('data', (text) => say({ id, [name]: text }));
  }
  child.stdin.on('error', () => {});
  child.on('spawn', () => say({ id, pid: child.pid }));
  child.on('error', (error) => {
    if (child.pid !== undefined) return;
    children.delete(id);
    say({ id, stderr: `${error.message}\n` });
    say({ id, code: null, signal: null });
  });
  child.on('close', (code, signal) => {
    if (child.pid === undefined) return;
    children.delete(id);
    say({ id, code, signal });
  });
}

function kill(child, signal) {
  try {
    process.kill(-child.pid, signal);
  } catch {
    // It ended just now.
  }
}

function take({ id, start: argv, env, write, close, kill: signal }) {
  if (argv) {
    start(id, argv, env);
    return;
  }
  const child = children.get(id);
  if (child === undefined) return;
  if (write !== undefined) child.stdin.write(write);
  if (close) child.stdin.end();
  if (signal) kill(child, signal);
}

const lines = createInterface({ input: process.stdin, terminal: false });
lines.on('line', (line) => {
  const said = JSON.parse(line);
  take(said.file ? JSON.parse(readFileSync(said.file, 'utf8')) : said);
  say({ ready: true });
});
lines.on('close', () => {
  for (const child of children.values()) kill(child, 'SIGKILL');
  process.exit();
});
say({ ready: true });
