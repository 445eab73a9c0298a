/** One option of ExaBGP's healthcheck. */
export interface Option {
  /** The long one first. */
  readonly names: readonly [string, ...string[]];
  readonly takes: 'value' | 'nothing' | 'value or nothing';
  /** The first series of ExaBGP that has it. */
  readonly since: '3.4' | '4.0' | '4.1' | '4.2' | '5.0';
  /** How to do here what is left out, or why it is not needed. */
  readonly hint: string;
}

const VALUE = 'value';
const NOTHING = 'nothing';

const LOG = 'the log goes to stderr, log.level sets how much';
const NO_COMMAND = 'nothing runs a command here: routevane watch --json reports each change';
const WHILE_DOWN = 'here the route is withdrawn while down';
const ADDRESS = 'nothing here adds or removes addresses';

/** Every option of every healthcheck from 3.4.0 to 5.0.13, in the order of its --help. */
export const options: readonly Option[] = [
  { names: ['--help', '-h'], takes: NOTHING, since: '3.4', hint: '' },
  { names: ['--silent', '-s'], takes: NOTHING, since: '3.4', hint: LOG },
  { names: ['--syslog-facility', '-sF'], takes: 'value or nothing', since: '3.4', hint: LOG },
  { names: ['--no-syslog'], takes: NOTHING, since: '3.4', hint: LOG },
  {
    names: ['--no-ack', '-a'],
    takes: NOTHING,
    since: '4.0',
    hint: 'routevane waits for acknowledgements: exabgp.api.ack must be true, its default',
  },
  { names: ['--sudo'], takes: NOTHING, since: '3.4', hint: ADDRESS },
  { names: ['--debug', '-d'], takes: NOTHING, since: '3.4', hint: LOG },
  { names: ['--name', '-n'], takes: VALUE, since: '3.4', hint: '' },
  { names: ['--config', '-F'], takes: VALUE, since: '3.4', hint: '' },
  { names: ['--pid', '-p'], takes: VALUE, since: '3.4', hint: 'one process does all of it' },
  { names: ['--user'], takes: VALUE, since: '3.4', hint: 'no process is started for this check' },
  {
    names: ['--group'],
    takes: VALUE,
    since: '3.4',
    hint: 'user: of a signal brings the groups of that user',
  },
  { names: ['--interval', '-i'], takes: VALUE, since: '3.4', hint: '' },
  { names: ['--fast-interval', '-f'], takes: VALUE, since: '3.4', hint: '' },
  { names: ['--timeout', '-t'], takes: VALUE, since: '3.4', hint: '' },
  { names: ['--rise'], takes: VALUE, since: '3.4', hint: '' },
  { names: ['--fall'], takes: VALUE, since: '3.4', hint: '' },
  { names: ['--disable'], takes: VALUE, since: '3.4', hint: '' },
  { names: ['--command', '--cmd', '-c'], takes: VALUE, since: '3.4', hint: '' },
  { names: ['--next-hop', '-N'], takes: VALUE, since: '3.4', hint: '' },
  { names: ['--ip'], takes: VALUE, since: '3.4', hint: '' },
  {
    names: ['--ip-ifname'],
    takes: VALUE,
    since: '5.0',
    hint: `${ADDRESS}: set it up in the configuration of the node's network`,
  },
  { names: ['--local-preference'], takes: VALUE, since: '4.1', hint: '' },
  { names: ['--deaggregate-networks'], takes: NOTHING, since: '3.4', hint: '' },
  { names: ['--no-ip-setup'], takes: NOTHING, since: '3.4', hint: '' },
  {
    names: ['--dynamic-ip-setup'],
    takes: NOTHING,
    since: '3.4',
    hint: `${ADDRESS}: it stays while down, only the route goes`,
  },
  {
    names: ['--label'],
    takes: VALUE,
    since: '3.4',
    hint: `${ADDRESS}: give it with "ip address add … label lo:…"`,
  },
  { names: ['--label-exact-match'], takes: NOTHING, since: '5.0', hint: ADDRESS },
  { names: ['--start-ip'], takes: VALUE, since: '3.4', hint: '' },
  { names: ['--up-metric'], takes: VALUE, since: '3.4', hint: '' },
  { names: ['--down-metric'], takes: VALUE, since: '3.4', hint: WHILE_DOWN },
  {
    names: ['--disabled-metric'],
    takes: VALUE,
    since: '3.4',
    hint: 'here the route is withdrawn while disabled',
  },
  { names: ['--increase'], takes: VALUE, since: '3.4', hint: '' },
  { names: ['--community'], takes: VALUE, since: '3.4', hint: '' },
  { names: ['--extended-community'], takes: VALUE, since: '3.4', hint: '' },
  { names: ['--large-community'], takes: VALUE, since: '3.4', hint: '' },
  { names: ['--disabled-community'], takes: VALUE, since: '3.4', hint: WHILE_DOWN },
  { names: ['--as-path'], takes: VALUE, since: '3.4', hint: '' },
  { names: ['--up-as-path'], takes: VALUE, since: '4.2', hint: '' },
  { names: ['--down-as-path'], takes: VALUE, since: '4.2', hint: WHILE_DOWN },
  { names: ['--disabled-as-path'], takes: VALUE, since: '4.2', hint: WHILE_DOWN },
  { names: ['--withdraw-on-down'], takes: NOTHING, since: '3.4', hint: '' },
  { names: ['--path-id'], takes: VALUE, since: '4.2', hint: '' },
  { names: ['--neighbor'], takes: VALUE, since: '4.2', hint: '' },
  { names: ['--debounce'], takes: NOTHING, since: '5.0', hint: '' },
  { names: ['--execute'], takes: VALUE, since: '3.4', hint: NO_COMMAND },
  { names: ['--up-execute'], takes: VALUE, since: '3.4', hint: NO_COMMAND },
  { names: ['--down-execute'], takes: VALUE, since: '3.4', hint: NO_COMMAND },
  { names: ['--disabled-execute'], takes: VALUE, since: '3.4', hint: NO_COMMAND },
];
