import type { Note } from './draft.ts';
import { noteAtStatement, statementText, type Unread } from './keepalived-tree.ts';

/** Set in the IPVS table by whoever made it: they stay as they are there. */
export const ofTheTable = new Set([
  'lb_algo',
  'lvs_sched',
  'lb_kind',
  'lvs_method',
  'persistence_timeout',
  'persistence_granularity',
  'persistence_engine',
  'ip_family',
  'hashed',
  'ops',
  'flag-1',
  'flag-2',
  'flag-3',
  'sh-port',
  'sh-fallback',
  'mh-port',
  'mh-fallback',
  'uthreshold',
  'lthreshold',
]);

const SCRIPTS =
  'nothing here runs a command: "routevane watch --json" prints each change for a script';
const ONE_CHECK = 'a real server has one check here: one of type exec can run both';
const REGEX_PART = 'a body: /REGEX/ searches the first 64 KiB of the page';
const NAMESPACE = 'run routevane in that network namespace';
const GROUP = 'a route for each of its addresses takes its place';

/** How to do here what has no key of its own. */
const hints: Readonly<Record<string, string>> = {
  // On top.
  net_namespace: NAMESPACE,
  net_namespace_ipvs: NAMESPACE,
  global_defs: 'what is in it is for keepalived itself, for mail, SNMP and VRRP',
  vrrp_instance: GROUP,
  vrrp_sync_group: 'routes go together by the rules in their "when"',
  vrrp_script: 'a signal of type exec does the same',
  vrrp_track_process: 'a signal of type exec does the same',
  vrrp_track_file: 'a signal of type exec or plugin does the same',
  track_file: 'a signal of type exec or plugin does the same',
  bfd_instance: 'a signal of type bfd watches a session of Open vSwitch',
  virtual_server_group: 'no virtual_server names it',
  SSL: 'an https check shows no certificate of its own and checks none, as "verify: false" says',
  // Of a virtual server.
  quorum_up:
    'a route with this service in its "when" announces the VIP; the address itself must be on the node',
  quorum_down: 'a route with this service in its "when" withdraws the VIP',
  sorry_server:
    'without its quorum the service is down and its route is withdrawn, for another node to take over',
  sorry_server_inhibit: 'there is no sorry_server here',
  sorry_server_lvs_method: 'there is no sorry_server here',
  alpha: 'nothing is announced or taken out before it is known to be up or down',
  omega: 'nothing runs at a stop: "on_stop" of a route says what becomes of it',
  ha_suspend: '"valid_when" lets results count only while a signal is up',
  smtp_alert: 'alert on the metrics, or on the log',
  snmp_name: 'metrics go by the name of the service',
  // Of a real server.
  notify_up: SCRIPTS,
  notify_down: SCRIPTS,
  HTTP_GET: ONE_CHECK,
  SSL_GET: ONE_CHECK,
  TCP_CHECK: ONE_CHECK,
  SMTP_CHECK: ONE_CHECK,
  DNS_CHECK: ONE_CHECK,
  UDP_CHECK: ONE_CHECK,
  PING_CHECK: ONE_CHECK,
  MISC_CHECK: ONE_CHECK,
  FILE_CHECK: 'a check of type exec or plugin can read a file',
  BFD_CHECK: 'a signal of type bfd in "valid_when" or "when" does the same',
  // Of a checker.
  connect_ip: 'the real server itself is probed: a check of type exec can ask another address',
  bind_port: 'a probe takes a free port',
  bind_if: 'a route, or "source" with an address of the interface, leads the probes there',
  fwmark: 'probes are not marked: a rule by their source address can lead them',
  warmup: 'probes are spread over the interval by themselves',
  log_all_failures: 'each failed probe is in "routevane watch" and in the journal',
  url: 'a check asks for one path: join them into one page, or use a check of type exec',
  digest: 'a body: /REGEX/ finds a part of the page',
  http_protocol: 'HTTP/1.1 is spoken',
  sni_name: 'the name in "host" is asked for, in the header as well',
  fast_recovery: 'a check has one path: there is nothing to wait for',
  tls_compliant: 'an end of the connection without a close_notify is no failure',
  regex: REGEX_PART,
  regex_no_match: 'a check of type exec can fail on what it finds',
  regex_options: REGEX_PART,
  regex_min_offset: REGEX_PART,
  regex_max_offset: REGEX_PART,
  regex_stack: 'matching takes linear time, and no stack',
  helo_name: 'the greeting is waited for, and nothing is sent',
  host: ONE_CHECK,
  misc_dynamic: 'a check of type agent or plugin sets a share of the weight',
  min_reply_length: 'the length of a reply is not looked at: expect: finds bytes or text in it',
  max_reply_length: 'the length of a reply is not looked at: expect: finds bytes or text in it',
};

/** What stands there, where, and what does it here instead. */
export function leftOut({ statement, from, instead }: Unread): Note {
  const { words, block } = statement;
  const name = words[0]?.text ?? '';
  if (from > 0) {
    const rest = words.slice(from).map((word) => word.text);
    return noteAtStatement(
      statement,
      `${rest.join(' ')} after ${words
        .slice(0, from)
        .map(({ text }) => text)
        .join(' ')}: left out`,
    );
  }
  const isTwice = instead !== undefined && block.length === 0;
  const hint = Object.hasOwn(hints, name) ? hints[name] : undefined;
  const why = isTwice ? `line ${instead.words[0]?.line ?? 1} counts` : hint;
  return noteAtStatement(
    statement,
    `${statementText(statement)}: left out${why === undefined ? '' : `, ${why}`}`,
  );
}
