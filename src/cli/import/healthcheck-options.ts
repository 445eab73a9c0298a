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

const value = 'value';
const nothing = 'nothing';

const log = 'the log goes to stderr, log.level sets how much';
const noCommand = 'nothing runs a command here: routevane watch --json reports each change';
const whileDown = 'here the route is withdrawn while down';
const address = 'nothing here adds or removes addresses';

/** Every option of every healthcheck from 3.4.0 to 5.0.13, in the order of its --help. */
export const options: readonly Option[] = [
  { names: ['--help', '-h'], takes: nothing, since: '3.4', hint: '' },
  { names: ['--silent', '-s'], takes: nothing, since: '3.4', hint: log },
  { names: ['--syslog-facility', '-sF'], takes: 'value or nothing', since: '3.4', hint: log },
  { names: ['--no-syslog'], takes: nothing, since: '3.4', hint: log },
  {
    names: ['--no-ack', '-a'],
    takes: nothing,
    since: '4.0',
    hint: 'routevane waits for acknowledgements: exabgp.api.ack must be true, its default',
  },
  { names: ['--sudo'], takes: nothing, since: '3.4', hint: address },
  { names: ['--debug', '-d'], takes: nothing, since: '3.4', hint: log },
  { names: ['--name', '-n'], takes: value, since: '3.4', hint: '' },
  { names: ['--config', '-F'], takes: value, since: '3.4', hint: '' },
  { names: ['--pid', '-p'], takes: value, since: '3.4', hint: 'one process does all of it' },
  { names: ['--user'], takes: value, since: '3.4', hint: 'no process is started for this check' },
  {
    names: ['--group'],
    takes: value,
    since: '3.4',
    hint: 'user: of a signal brings the groups of that user',
  },
  { names: ['--interval', '-i'], takes: value, since: '3.4', hint: '' },
  { names: ['--fast-interval', '-f'], takes: value, since: '3.4', hint: '' },
  { names: ['--timeout', '-t'], takes: value, since: '3.4', hint: '' },
  { names: ['--rise'], takes: value, since: '3.4', hint: '' },
  { names: ['--fall'], takes: value, since: '3.4', hint: '' },
  { names: ['--disable'], takes: value, since: '3.4', hint: '' },
  { names: ['--command', '--cmd', '-c'], takes: value, since: '3.4', hint: '' },
  { names: ['--next-hop', '-N'], takes: value, since: '3.4', hint: '' },
  { names: ['--ip'], takes: value, since: '3.4', hint: '' },
  {
    names: ['--ip-ifname'],
    takes: value,
    since: '5.0',
    hint: `${address}: set it up in the configuration of the node's network`,
  },
  { names: ['--local-preference'], takes: value, since: '4.1', hint: '' },
  { names: ['--deaggregate-networks'], takes: nothing, since: '3.4', hint: '' },
  { names: ['--no-ip-setup'], takes: nothing, since: '3.4', hint: '' },
  {
    names: ['--dynamic-ip-setup'],
    takes: nothing,
    since: '3.4',
    hint: `${address}: it stays while down, only the route goes`,
  },
  {
    names: ['--label'],
    takes: value,
    since: '3.4',
    hint: `${address}: give it with "ip address add … label lo:…"`,
  },
  { names: ['--label-exact-match'], takes: nothing, since: '5.0', hint: address },
  { names: ['--start-ip'], takes: value, since: '3.4', hint: '' },
  { names: ['--up-metric'], takes: value, since: '3.4', hint: '' },
  { names: ['--down-metric'], takes: value, since: '3.4', hint: whileDown },
  {
    names: ['--disabled-metric'],
    takes: value,
    since: '3.4',
    hint: 'here the route is withdrawn while disabled',
  },
  { names: ['--increase'], takes: value, since: '3.4', hint: '' },
  { names: ['--community'], takes: value, since: '3.4', hint: '' },
  { names: ['--extended-community'], takes: value, since: '3.4', hint: '' },
  { names: ['--large-community'], takes: value, since: '3.4', hint: '' },
  { names: ['--disabled-community'], takes: value, since: '3.4', hint: whileDown },
  { names: ['--as-path'], takes: value, since: '3.4', hint: '' },
  { names: ['--up-as-path'], takes: value, since: '4.2', hint: '' },
  { names: ['--down-as-path'], takes: value, since: '4.2', hint: whileDown },
  { names: ['--disabled-as-path'], takes: value, since: '4.2', hint: whileDown },
  { names: ['--withdraw-on-down'], takes: nothing, since: '3.4', hint: '' },
  { names: ['--path-id'], takes: value, since: '4.2', hint: '' },
  { names: ['--neighbor'], takes: value, since: '4.2', hint: '' },
  { names: ['--debounce'], takes: nothing, since: '5.0', hint: '' },
  { names: ['--execute'], takes: value, since: '3.4', hint: noCommand },
  { names: ['--up-execute'], takes: value, since: '3.4', hint: noCommand },
  { names: ['--down-execute'], takes: value, since: '3.4', hint: noCommand },
  { names: ['--disabled-execute'], takes: value, since: '3.4', hint: noCommand },
];
