import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { noteText } from '../../../src/cli/import/draft.ts';
import { fromKeepalived } from '../../../src/cli/import/from-keepalived.ts';
import { writeYaml } from '../../../src/cli/import/write-yaml.ts';
import type { Config } from '../../../src/model/config.ts';
import { accepted } from '../../config/read.ts';

const conf = `! Configuration File for keepalived
global_defs {
  router_id LVS_A
}
include /etc/keepalived/conf.d/*.conf
vrrp_instance VI_1 {
  virtual_ipaddress { 192.0.2.10 }
}
virtual_server_group MAIL {
  192.0.2.30 25
  192.0.2.31-32 25
  192.0.2.250-192.0.9.9 25
}

virtual_server 192.0.2.10 443
{
  delay_loop 6
  lb_algo wrr
  lb_kind DR
  protocol TCP
  quorum 3
  hysteresis 1
  alpha
  sorry_server 10.0.9.9 443
  real_server 10.0.1.11 443 {
    weight 2
    TCP_CHECK {
      connect_timeout 3
      retry 2
      delay_before_retry 1
    }
  }
  real_server 10.0.1.12 443 { # one line is fine, too
    weight 2
    TCP_CHECK { connect_timeout 3
      retry 2
      delay_before_retry 1 }
  }
}
virtual_server 2001:db8::10 80 {
  delay_loop 0.5
  real_server fd00::1 80 {
    inhibit_on_failure
    HTTP_GET {
      url {
        path "/health?full"
        status_code 200
      }
      virtualhost www.example.com
      connect_port 8080
    }
  }
  real_server fd00::2 80 {
    MISC_CHECK {
      misc_path "/usr/local/bin/check -H fd00::2"
      misc_timeout 2
      misc_dynamic
    }
  }
  real_server fd00::3 80 {
    weight 0
  }
}
virtual_server fwmark 9 {
  protocol UDP
  real_server 10.0.2.1 53 { DNS_CHECK { name example.com
   type A } }
}
virtual_server group MAIL {
  real_server 10.0.3.1 25 { SMTP_CHECK { } }
}
virtual_server 192.0.2.40 5060 {
  protocol SCTP
  real_server 10.0.3.1 5060 { }
}
`;

function imported(text: string): { readonly config: Config; readonly yaml: string } {
  const result = fromKeepalived(text);
  assert.ok(result.ok, JSON.stringify(result));
  const yaml = writeYaml(result.draft, 'keepalived.conf');
  return { config: accepted(yaml).config, yaml };
}

function problem(text: string): string {
  const result = fromKeepalived(text);
  assert.equal(result.ok, false);
  const [first] = result.ok ? [] : result.problems;
  return `${first?.line}:${first?.column}: ${first?.message}`;
}

function sample(name: string): {
  readonly config: Config;
  readonly yaml: string;
  readonly notes: string;
} {
  const path = `../../fixtures/import/keepalived-${name}.conf`;
  const text = readFileSync(new URL(path, import.meta.url), 'utf8');
  const result = fromKeepalived(text);
  assert.ok(result.ok, JSON.stringify(result));
  const { draft } = result;
  const notes = [draft, ...draft.services].flatMap((each) => each.notes.map(noteText)).join('\n');
  return { ...imported(text), notes };
}

describe('import keepalived', () => {
  test('virtual servers, real servers, checks and quorums are carried over', () => {
    const { config } = imported(conf);
    assert.deepEqual(
      config.services.map(({ name, onDown }) => [name, onDown]),
      [
        ['tcp-443-192.0.2.10', 'remove'],
        ['tcp-80-2001-db8--10', 'quiesce'],
        ['fwmark-9', 'remove'],
        ['tcp-25-192.0.2.30', 'remove'],
        ['tcp-25-192.0.2.31', 'remove'],
        ['tcp-25-192.0.2.32', 'remove'],
      ],
    );
    const [web, six, dns, mail] = config.services;
    assert.deepEqual(web?.quorum, { kind: 'weight', weight: 3 });
    assert.deepEqual(web.hysteresis, { kind: 'weight', weight: 1 });
    const [first, second] = web.realServers;
    assert.equal(first?.weight, 2);
    assert.equal(first.check, second?.check, 'one check for both');
    assert.equal(first.check.intervalMs, 6_000);
    assert.equal(first.check.timeoutMs, 3_000);
    assert.equal(first.check.fastIntervalMs, 1_000);
    assert.equal(first.check.settle.fall, 3);
    assert.equal(first.check.settle.rise, 1);
    const http = six?.realServers[0]?.check;
    assert.ok(http?.type === 'http');
    assert.deepEqual(
      [http.path, http.host, http.statusFrom, http.port, http.intervalMs, http.timeoutMs],
      ['/health?full', 'www.example.com', 200, 8080, 500, 500],
    );
    const misc = six?.realServers[1]?.check;
    assert.ok(misc?.type === 'exec');
    assert.deepEqual(misc.command.slice(-3), ['/usr/local/bin/check', '-H', 'fd00::2']);
    assert.equal(six?.realServers[2]?.weight, 0);
    assert.equal(dns?.realServers[0]?.check.type, 'dns');
    const smtp = mail?.realServers[0]?.check;
    assert.ok(smtp?.type === 'tcp' && smtp.expect.kind === 'bytes');
    assert.deepEqual(
      config.routes.map(({ prefix }) => prefix),
      ['192.0.2.10/32', '2001:db8::10/128', '192.0.2.30/32', '192.0.2.31/32', '192.0.2.32/32'],
    );
  });

  test('what cannot be carried over is a comment', () => {
    const { yaml } = imported(conf);
    for (const part of [
      'vrrp_instance VI_1 { … }: left out',
      'include /etc/keepalived/conf.d/*.conf: left out',
      'sorry_server 10.0.9.9 443: left out, without its quorum',
      'alpha: left out, nothing is announced',
      'misc_dynamic: left out, a check of type agent',
      'fd00::3 has no check that could be carried over',
      '192.0.2.250-192.0.9.9 25: left out of the group MAIL: it has more than 1024 addresses',
      '3 services for one virtual_server',
      'virtual_server 192.0.2.40 5060 is left out',
    ]) {
      assert.ok(
        yaml.split('\n').some((line) => line.trim().startsWith('#') && line.includes(part)),
        part,
      );
    }
  });

  test('what is there twice counts once', () => {
    const once =
      'virtual_server 192.0.2.1 80 {\n real_server 10.0.0.1 80 { }\n real_server 10.0.0.1 80 { }\n}\n';
    const { config, yaml } = imported(once + once);
    assert.equal(config.services.length, 1);
    assert.equal(config.services[0]?.realServers.length, 1);
    assert.match(yaml, /is here twice/u);
  });

  test('what is wrong is reported with its place', () => {
    assert.equal(
      problem('virtual_server 192.0.2.10 443 {\n  delay_loop 6\n'),
      '1:1: the block virtual_server is not closed',
    );
    assert.equal(problem('}\n'), '1:1: a "}" too many');
    assert.equal(problem('{ }'), '1:1: a block has no name before it');
    assert.match(
      problem('virtual_server nowhere 443 {\n real_server 10.0.0.1 80 { }\n}'),
      /^1:16: expected an address/u,
    );
    assert.match(
      problem('virtual_server 192.0.2.1 80 {\n real_server 10.0.0.1 99999 { }\n}'),
      /^2:23: expected a port/u,
    );
    assert.match(
      problem('virtual_server 192.0.2.1 80 {\n real_server 10.0.0.1 80 {\n weight x\n}\n}'),
      /^3:9: expected a weight/u,
    );
    assert.match(
      problem('virtual_server group X {\n real_server 10.0.0.1 80 { }\n}'),
      /^1:22: there is no virtual_server_group/u,
    );
    assert.match(problem('a { '.repeat(50)), /too deep/u);
  });

  test('what keepalived takes where nothing is said is written out', () => {
    const { config } = sample('retry');
    const [tcp, dns] = config.services.map(({ realServers }) => realServers[0]?.check);
    assert.deepEqual([tcp?.settle.fall, tcp?.fastIntervalMs], [2, 1_000]);
    assert.deepEqual([dns?.settle.fall, dns?.fastIntervalMs], [4, 6_000]);
    const [answer] = sample('ka-dns').config.services[0]?.realServers ?? [];
    assert.ok(answer?.check.type === 'dns');
    assert.deepEqual([answer.check.record, answer.check.answer], ['SOA', 'any']);
    assert.equal(sample('vs-level').config.services[0]?.onDown, 'quiesce');
  });

  test('commands keep their quotes, and the time they are given', () => {
    const { config, notes } = sample('misc');
    const checks = (config.services[0]?.realServers ?? []).map(({ check }) => check);
    const commands = checks.map((check) => (check.type === 'exec' ? check.command : []));
    assert.deepEqual(commands[0]?.slice(-3), ['/bin/sh', '-c', 'exit 0']);
    assert.deepEqual(commands[1]?.slice(-3), ['/bin/sh', '-c', 'exit 0']);
    assert.deepEqual([checks[2]?.timeoutMs, checks[2]?.intervalMs], [10_000, 10_000]);
    assert.match(notes, /misc_timeout is above delay_loop/u);
  });

  test('every directive that nothing was made of is named with its line', () => {
    assert.match(sample('quorum').notes, /^10: quorum_up .*: left out, a route/mu);
    const { notes, yaml } = sample('smtp-hosts');
    assert.match(notes, /^12: helo_name lb\.example\.net: left out, the greeting/mu);
    assert.match(notes, /^21: host \{ … \}: left out, a real server has one check/mu);
    assert.match(yaml, /^ {2}# line 26: host/mu);
    assert.match(
      sample('conditional-only').notes,
      /^11: @main real_server .*: left out, it is for the config-id main$/mu,
    );
    const [smtp] = sample('smtp-hosts').config.services[0]?.realServers ?? [];
    assert.equal(smtp?.check.port, null, 'the port of the real server');
  });

  test('one block that cannot be translated leaves the others alone', () => {
    const fwmark = sample('fwmark-port0').config.services[0]?.realServers[0];
    assert.deepEqual([fwmark?.port, fwmark?.check.port], [7880, 7880]);
    const names = sample('fwmark-noport').config.services.map(({ name }) => name);
    assert.deepEqual(names, ['fwmark-1', 'tcp-25-10.20.0.9']);
    const text = `virtual_server $VIP 80 {\n real_server 10.0.0.1 80 { }\n}\n${conf}`;
    const { yaml, config } = imported(text);
    assert.equal(config.services.length, 6);
    assert.match(yaml, /^# line 1: its virtual_server is left out: expected an address/mu);
  });
});
