import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, test } from 'node:test';
import type { Check } from '../../../src/model/check.ts';
import { read, server, type Reading } from './keepalived-reading.ts';

function checkOf({ config }: Reading): Check {
  const check = config.services[0]?.realServers[0]?.check;
  assert.ok(check !== undefined);
  return check;
}

function only<Type extends Check['type']>(reading: Reading, type: Type): Check & { type: Type } {
  const check = checkOf(reading);
  const isType = (each: Check): each is Check & { type: Type } => each.type === type;
  assert.ok(isType(check), `${check.type} is no ${type}`);
  return check;
}

const regex = (text: string): Reading => read(server(`  HTTP_GET { url {\n${text}\n } }`));
const udp = (text: string): Reading => read(server(`  UDP_CHECK {\n${text}\n  }`, 'UDP'));

const stateOf = (code: number, more = ''): unknown => {
  const block = `  MISC_CHECK { misc_path "/bin/sh -c 'exit ${code}'"\n user x\n ${more}\n }`;
  const [program = '', ...args] = only(read(server(block)), 'exec').command;
  return { 0: 'up', 2: 'down' }[spawnSync(program, args).status ?? -1];
};

describe('HTTP_GET and SSL_GET', () => {
  test('the first url counts, the others are named; codes become the range that has them', () => {
    const reading = read(
      server(`  HTTP_GET {
   url {
    path /a b
    status_code 200 301-302 204
   }
   url { path /c }
   fast_recovery
   http_protocol 1.0C
  }`),
    );
    const check = only(reading, 'http');
    assert.deepEqual([check.path, check.statusFrom, check.statusTo], ['/a', 200, 302]);
    assert.deepEqual(reading.notes, [
      '6: b after path /a: left out',
      '7: status_code 200 301-302 204: a check has one range, 200-302, and takes all within it',
      '9: url { … }: left out, a check asks for one path: join them into one page, or use a check of type exec',
      '10: fast_recovery: left out, a check has one path: there is nothing to wait for',
      '11: http_protocol 1.0C: left out, HTTP/1.1 is spoken',
    ]);
    const whole = read(server('  HTTP_GET { url { status_code 200-249 250-299\n path "/a b" } }'));
    const { path, statusFrom, statusTo } = only(whole, 'http');
    assert.deepEqual([path, statusFrom, statusTo], ['/a%20b', 200, 299]);
    assert.deepEqual(whole.notes, ['4: path /a b: /a%20b is asked for']);
    const plain = only(read(server('  HTTP_GET { url { } }')), 'http');
    assert.deepEqual([plain.path, plain.statusFrom, plain.statusTo], ['/', 200, 299]);
    const wrong = read(server('  HTTP_GET { url { status_code 200 6xx } }'));
    assert.deepEqual(wrong.notes, ['4: status_code 200 6xx: left out']);
  });

  test('virtualhost is taken from the inside out, and asked for in TLS', () => {
    const text = `virtual_server 192.0.2.1 443 {
 protocol TCP
 virtualhost vs.example
 real_server 10.0.0.1 443 { SSL_GET {
   enable_sni
   url { virtualhost url.example
 } } }
 real_server 10.0.0.2 443 { SSL_GET { virtualhost check.example
   sni_name check.example
   url { } } }
 real_server 10.0.0.3 443 { virtualhost rs.example
   SSL_GET { sni_name other.example
   url { } } }
 real_server 10.0.0.4 443 { SSL_GET { url { } } }
}
`;
    const { config, notes } = read(text);
    assert.deepEqual(
      config.services[0]?.realServers.map(({ check }) => check.type === 'https' && check.host),
      ['url.example', 'check.example', 'rs.example', 'vs.example'],
    );
    assert.deepEqual(notes, [
      '12: sni_name other.example: left out, the name in "host" is asked for, in the header as well',
    ]);
  });

  test('regex becomes body where RE2 can do it, and is named where not', () => {
    const good = only(regex('regex "ok\\\\d+ [a-z]*"\nregex_options caseless utf'), 'http');
    assert.deepEqual([good.body?.source, good.body?.flags], [String.raw`ok\d+ [a-z]*`, 'i']);
    const back = regex(String.raw`regex "(a)\\1"`);
    assert.equal(only(back, 'http').body, null);
    assert.match(back.notes.join('\n'), /^5: regex .* left out, a back-reference/mu);
    const not = regex('regex bad\nregex_no_match\nregex_max_offset 9\ndigest 00');
    assert.equal(only(not, 'http').body, null);
    assert.deepEqual(
      not.notes.map((note) => note.replace(/:.*/u, '')),
      ['5', '6', '7', '8'],
    );
    const options = regex('regex x\nregex_options ungreedy');
    assert.match(options.notes.join('\n'), /^6: regex_options ungreedy: left out/mu);
  });
});

describe('where and whence a checker connects', () => {
  test('connect_port, bindto, and connect_ip where it is the real server', () => {
    const reading = read(
      server(`  TCP_CHECK {
   connect_ip 10.0.0.1
   connect_port 8080
   bindto 10.0.0.9
  }`),
    );
    const { port, source } = only(reading, 'tcp');
    assert.deepEqual([port, source, reading.notes], [8080, '10.0.0.9', []]);
  });

  test('what cannot be said is named with a remedy', () => {
    const reading = read(
      server(`  TCP_CHECK {
   connect_ip 10.0.0.2
   connect_port 99999
   bindto fd00::1
   bind_port 7
   bind_if eth1
   fwmark 5
   warmup 3
   log_all_failures
   alpha
  }
  notify_up "/bin/up now"
  smtp_alert`),
    );
    assert.equal(only(reading, 'tcp').port, null);
    assert.deepEqual(
      reading.notes.map((note) => note.split(': left out')[0]),
      [
        '5: connect_ip 10.0.0.2',
        '6: connect_port 99999',
        '7: bindto fd00::1',
        '8: bind_port 7',
        '9: bind_if eth1',
        '10: fwmark 5',
        '11: warmup 3',
        '12: log_all_failures',
        '13: alpha',
        '15: notify_up /bin/up now',
        '16: smtp_alert',
      ],
    );
  });

  test('an SMTP_CHECK that says nothing of its own takes its first host, the others are named', () => {
    const hosts = `  SMTP_CHECK {
   helo_name a.example
   host { connect_port 587
 bindto 10.0.0.9 }
   host { connect_ip 10.0.0.3 }
  }`;
    const reading = read(server(hosts));
    const { port, source } = only(reading, 'tcp');
    assert.deepEqual([port, source], [587, '10.0.0.9']);
    assert.deepEqual(
      reading.notes.map((note) => note.split(':')[0]),
      ['5', '8'],
    );
    const own = read(server(hosts.replace('helo_name', 'connect_timeout 3\n helo_name')));
    assert.equal(only(own, 'tcp').port, null);
    assert.match(own.notes.join('\n'), /^7: host \{ … \}.*\n9: host \{ … \}/mu);
  });
});

describe('other checkers', () => {
  test('UDP_CHECK: payload in its free form, and the reply that it asks for', () => {
    const silent = only(udp('payload Ab12f 3'), 'udp');
    assert.deepEqual(
      [Buffer.from(silent.send).toString('hex'), silent.expect.kind],
      ['ab120f03', 'none'],
    );
    const any = only(udp('require_reply'), 'udp');
    assert.ok(any.expect.kind === 'regex' && any.expect.regex.test(''));
    const wanted = udp('require_reply "01 x2 3 4 5XX 66"\nmin_reply_length 4');
    const { expect } = only(wanted, 'udp');
    assert.ok(expect.kind === 'bytes');
    assert.equal(Buffer.from(expect.bytes).toString('hex'), '0304');
    assert.deepEqual(
      wanted.notes.map((note) => note.slice(0, 60)),
      [
        '5: require_reply: 2 of its 7 bytes in a row are known for ce',
        '6: min_reply_length 4: left out, the length of a reply is no',
      ],
    );
    assert.match(udp('payload 0g').notes.join('\n'), /^5: payload 0g: left out/mu);
  });

  test('MISC_CHECK: who runs it, its weights and its words', () => {
    const text = `global_defs {
 script_user keepers
 router_id X
}
${server(`  MISC_CHECK {
   misc_path "/bin/check -a 'b c'" extra
   misc_dynamic
  }`)}`;
    const reading = read(text);
    const check = only(reading, 'exec');
    assert.equal(check.user, 'keepers');
    assert.deepEqual(check.command.slice(-3), ['/bin/check', '-a', 'b c']);
    assert.match(check.command[2] ?? '', /-ne 1/u, 'other codes than 1 are weights');
    assert.deepEqual(
      reading.notes.map((note) => note.split(': left out')[0]),
      ['3: router_id X', "9: extra after misc_path /bin/check -a 'b c'", '10: misc_dynamic'],
    );
    const own = read(server('  MISC_CHECK { misc_path /bin/x\n user bob staff\n }'));
    assert.equal(only(own, 'exec').user, 'bob');
    assert.deepEqual(own.notes, ['5: staff after user bob: left out']);
    const escaped = read(
      server(String.raw`  MISC_CHECK { misc_path "/bin/x \"a b\""
 user bob }`),
    );
    assert.deepEqual(only(escaped, 'exec').command.slice(-2), ['/bin/x', 'a b']);
    assert.match(escaped.notes.join('\n'), /^4: misc_path .* keepalived before 2\.3\.2/mu);
  });

  test('a script says down by any code but 0, with misc_dynamic by 1 alone', () => {
    assert.deepEqual(
      [stateOf(0), stateOf(1), stateOf(2), stateOf(10)],
      ['up', 'down', 'down', 'down'],
    );
    const dynamic = [0, 1, 2, 10].map((code) => stateOf(code, 'misc_dynamic'));
    assert.deepEqual(dynamic, ['up', 'down', 'up', 'up']);
  });

  test('a real server has the first check that can be carried over, the others are named', () => {
    const reading = read(
      server(`  BFD_CHECK { name x }
  MISC_CHECK { }
  TCP_CHECK { }
  HTTP_GET { url { } }
  FILE_CHECK { track_file x }`),
    );
    assert.equal(checkOf(reading).type, 'tcp');
    assert.deepEqual(
      reading.notes.map((note) => note.split(': left out')[0]),
      ['4: BFD_CHECK { … }', '5: MISC_CHECK', '7: HTTP_GET { … }', '8: FILE_CHECK { … }'],
    );
    const empty = read(server(`  MISC_CHECK { misc_path "/bin/x ''" }\n  HTTP_GET { }`));
    assert.deepEqual(empty.notes.toSorted().slice(0, 2), [
      '4: MISC_CHECK { … }: left out, its misc_path has an empty word, or one that cannot be said here',
      '5: HTTP_GET: left out, it has no url',
    ]);
  });

  test('retry 0 counts in a checker, and outside of one it is refused there and named here', () => {
    const inner = read(server('  retry 5\n  TCP_CHECK { retry 0 }'));
    assert.deepEqual([checkOf(inner).settle.fall, inner.notes], [1, []]);
    const outer = read(server('  retry 0\n  TCP_CHECK { }'));
    assert.deepEqual([checkOf(outer).settle.fall, outer.notes], [2, ['4: retry 0: left out']]);
  });

  test('numbers that are none, and words that nobody reads, are named', () => {
    const reading = read(
      server(`  TCP_CHECK { connect_timeout soon
   retry 2 3
   delay_before_retry 2.5
   delay_loop 7
   delay_loop 8
  }
  inhibit_on_failure maybe
  foo { bar }`),
    );
    const check = checkOf(reading);
    assert.deepEqual(
      [check.settle.fall, check.fastIntervalMs, check.intervalMs],
      [3, 2_500, 8_000],
    );
    assert.deepEqual(reading.notes, [
      '4: connect_timeout soon: left out',
      '5: 3 after retry 2: left out',
      '7: delay_loop 7: left out, line 8 counts',
      '10: maybe after inhibit_on_failure: left out',
      '11: foo { … }: left out',
    ]);
  });
});
