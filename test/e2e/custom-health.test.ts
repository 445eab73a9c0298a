import { rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { check, type Step } from './check.ts';
import { killsChildren, noZombies } from './children.ts';
import { tcp } from './servers.ts';
import {
  announced,
  closes,
  configures,
  counts,
  logs,
  only,
  opens,
  signals,
  started,
  step,
  updatesSince,
  withdrawn,
} from './steps.ts';

const route = '198.51.100.9/32';
const a = tcp('127.1.0.1:80');
const pace =
  'check_defaults: { interval: 300ms, timeout: 250ms, fast_interval: 60ms, rise: 1, fall: 2 }';
const printed = [1, 2, 3, 4, 5, 6, 7, 8].map((host) => `198.51.100.${host}/32`);
const fixtures = fileURLToPath(new URL('../fixtures/plugins', import.meta.url));
const examples = fileURLToPath(new URL('../../config', import.meta.url));

/** Makes or removes a file beside the configuration. */
function file(name: string, isThere: boolean): Step {
  return step(`${isThere ? 'makes' : 'removes'} ${name}`, async ({ configPath }) => {
    const path = join(dirname(configPath), name);
    if (isThere) writeFileSync(path, '');
    else rmSync(path);
  });
}

function http(status: string): ReturnType<typeof tcp> {
  return tcp('127.1.0.2:80', { reply: `HTTP/1.1 ${status}\r\nContent-Length: 2\r\n\r\nok` });
}

/** A plugin for each name, and routes for two of them. */
function steadies(states: Readonly<Record<string, 'up' | 'down'>>): string {
  const plugins = Object.entries(states).map(
    ([name, state]) =>
      `  ${name}: { type: plugin, module: ${fixtures}/steady.ts, options: { state: ${state} } }`,
  );
  return `
signals:
${plugins.join('\n')}
routes:
  - { prefix: 198.51.100.1/32, when: stays }
  - { prefix: 198.51.100.2/32, when: changes }
`;
}

check('health of one’s own decides routes', {}, [
  {
    name: 'a child that is run again and again, by its exit code',
    config: `
signals:
  flag: { type: exec, command: [/bin/ls, state/flag], interval: 200ms, timeout: 150ms, rise: 1, fall: 1 }
routes: [{ prefix: ${route}, when: flag }]
`,
    steps: [
      logs(/"flag is down/),
      only(),
      file('flag', true),
      announced(route),
      file('flag', false),
      withdrawn(route),
      logs(/flag is down \(.*No such file/),
    ],
  },
  {
    name: 'a child that stays, and is started again when it was killed',
    config: `
signals:
  beat: { type: execd, command: [${examples}/execd/file-age.pl, state/beat, "60"], interval: 500ms, timeout: 500ms, lost_hold: 10m }
routes: [{ prefix: ${route}, when: beat }]
`,
    steps: [
      logs(/the file is not there/),
      file('beat', true),
      announced(route),
      file('beat', false),
      withdrawn(route),
      file('beat', true),
      announced(route),
      counts,
      killsChildren,
      logs(/beat.*killed by SIGKILL/),
      // It is lost, not down: the route stays, and the next child says the truth again.
      file('beat', false),
      withdrawn(route),
      updatesSince(1),
      noZombies,
    ],
  },
  {
    name: 'an HTTP server by its status',
    config: `
${pace}
services: { web: { check: { type: http, path: /healthz, body: /ok/ }, real_servers: ["127.1.0.2:80"] } }
routes: [{ prefix: ${route}, when: web }]
`,
    open: [http('200 OK')],
    steps: [
      announced(route),
      closes(http('200 OK')),
      opens(http('503 Service Unavailable')),
      withdrawn(route),
      logs(/503/),
      closes(http('503 Service Unavailable')),
      opens(http('200 OK')),
      announced(route),
    ],
  },
  {
    name: 'what plugins print never reaches ExaBGP',
    config: `
${pace}
signals:
  apart: { type: plugin, module: ${fixtures}/prints.mjs }
  here: { type: plugin, module: ${fixtures}/prints.mjs, isolate: none }
services: { web: { check: { type: tcp }, real_servers: ["127.1.0.1:80"] } }
routes:
${printed.map((prefix) => `  - { prefix: ${prefix}, when: [apart, here] }`).join('\n')}
  - { prefix: ${route}, when: web }
`,
    open: [a],
    steps: [
      ...printed.map((prefix) => announced(prefix)),
      announced(route),
      counts,
      // What was printed is in the log, and was no order to ExaBGP.
      logs(/plugin apart: printed: withdraw route 198\.51\.100\.3/),
      logs(/plugin here: printed: withdraw route 198\.51\.100\.2/),
      logs(/plugin here: printed: withdraw route 198\.51\.100\.8/),
      // A whole round through ExaBGP, in order, behind all that.
      closes(a),
      withdrawn(route),
      opens(a),
      announced(route),
      updatesSince(2),
      only(...printed, route),
      started(1),
    ],
  },
  {
    name: 'a plugin that turns in a loop holds up nobody, and is killed',
    config: `
${pace}
signals: { busy: { type: plugin, module: ${fixtures}/busy.mjs } }
services: { web: { check: { type: tcp }, real_servers: ["127.1.0.1:80"] } }
routes: [{ prefix: ${route}, when: web }]
`,
    open: [a],
    steps: [
      announced(route),
      logs(/"busy is up"/),
      closes(a),
      withdrawn(route),
      logs(/busy: the plugin blocked its thread for 6s: killed/),
      opens(a),
      announced(route),
    ],
  },
  {
    name: 'a plugin that floods is bounded, and holds up nobody',
    config: `
${pace}
signals:
  apart: { type: plugin, module: ${fixtures}/floods.mjs, rise: 1000, fall: 1000 }
  here: { type: plugin, module: ${fixtures}/floods.mjs, rise: 1000, fall: 1000, isolate: none }
services: { web: { check: { type: tcp }, real_servers: ["127.1.0.1:80"] } }
routes: [{ prefix: ${route}, when: web }]
`,
    open: [a],
    steps: [
      announced(route),
      logs(/plugin apart yields observations too fast/),
      logs(/plugin here yields observations too fast/),
      counts,
      closes(a),
      withdrawn(route),
      opens(a),
      announced(route),
      updatesSince(2),
    ],
  },
  {
    name: 'a reload starts, changes and ends plugins, and leaves the others alone',
    config: steadies({ stays: 'up', changes: 'up', goes: 'up' }),
    steps: [
      announced('198.51.100.1/32'),
      announced('198.51.100.2/32'),
      counts,
      configures(steadies({ stays: 'up', changes: 'down', comes: 'up' })),
      signals('SIGHUP'),
      withdrawn('198.51.100.2/32'),
      logs(/"comes is up"/),
      updatesSince(1),
      only('198.51.100.1/32'),
    ],
  },
]);
