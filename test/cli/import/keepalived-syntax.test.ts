import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fromKeepalived } from '../../../src/cli/import/from-keepalived.ts';
import { localFiles } from '../../../src/cli/import/keepalived-files.ts';
import { addressesOf, read, server } from './keepalived-reading.ts';

const conditional = `virtual_server 192.0.2.1 80 {
 protocol TCP
 real_server 10.0.0.1 80 {
@main   weight 10
@spare  weight 1
  TCP_CHECK { }
 }
@main real_server 10.0.0.2 80 {
  weight 20
  TCP_CHECK { }
 }
@main  real_server 10.0.0.3 80 {
@^main real_server 10.0.0.4 80 {
  TCP_CHECK { }
 }
}
`;

describe('the syntax of keepalived.conf', () => {
  test('lines of a config-id count for it, and are named for others', () => {
    const main = read(conditional, 'main');
    assert.deepEqual(addressesOf(main), [['10.0.0.1', '10.0.0.2', '10.0.0.3']]);
    assert.deepEqual(
      main.config.services[0]?.realServers.map(({ weight }) => weight),
      [10, 20, 1],
    );
    assert.match(main.notes.join('\n'), /config-id main: --config-id NAME/u);
    assert.ok(main.notes.includes('5: @spare weight 1: left out, it is for the config-id spare'));
    const none = read(conditional);
    assert.deepEqual(addressesOf(none), [['10.0.0.1', '10.0.0.4']]);
    const [, ...notes] = none.notes;
    assert.deepEqual(notes, [
      '4: @main weight 10: left out, it is for the config-id main',
      '5: @spare weight 1: left out, it is for the config-id spare',
      '8: @main real_server 10.0.0.2 80 { … }: left out, it is for the config-id main',
      '12: @main real_server 10.0.0.3 80 { … }: left out, it is for the config-id main',
    ]);
  });

  test('a block that no line opens for us goes as a whole, brace on the next line or not', () => {
    const text = `@a virtual_server 192.0.2.1 80
{
 real_server 10.0.0.1 80 { TCP_CHECK { } }
} virtual_server 192.0.2.2 80 {
 protocol TCP
 real_server 10.0.0.2 80 { TCP_CHECK { } }
}
`;
    assert.deepEqual(addressesOf(read(text, 'b')), [['10.0.0.2']]);
    assert.deepEqual(addressesOf(read(text, 'a')), [['10.0.0.1'], ['10.0.0.2']]);
  });

  test('definitions of one and of several lines, within each other, and for an id', () => {
    const text = `$VIP=192.0.2.1
@main $W=5
@^main $W=6
$NET=10.0.\${N}
$RS= \\
 real_server \${NET}.1 80 { \\
  # a comment counts for nothing
  weight $W \\
  TCP_CHECK { \\
   retry 4 \\
  } \\
 }
virtual_server $VIP 80 {
 protocol TCP
 $N=7
 $RS
 $N=8
 $RS
}
`;
    const reading = read(text, 'main');
    assert.deepEqual(addressesOf(reading), [['10.0.7.1', '10.0.8.1']]);
    const [first] = reading.config.services[0]?.realServers ?? [];
    assert.deepEqual([first?.weight, first?.check.settle.fall], [5, 5]);
  });

  test('an empty line ends a definition, as keepalived has it', () => {
    const text = `$P= \\
 protocol \\

virtual_server 192.0.2.1 80 {
 $P
 real_server 10.0.0.1 80 { TCP_CHECK { } }
}
`;
    assert.equal(read(text).config.services.length, 1);
  });

  test('~SEQ and ~LST repeat what follows them', () => {
    const text = `$LAST=3
$RS= \\
 real_server 10.0.\${A}.\${B} 80 { \\
  TCP_CHECK { } \\
 }
virtual_server 192.0.2.1 80 {
 protocol TCP
 ~SEQ(A, 1, 2, $LAST) ~SEQ(B, 2) $RS
}
virtual_server 2001:db8::1 80 {
 protocol TCP
 ~SEQx(B, 0x90, 0x10, 0xa0) real_server fd00::\${B} 80 { TCP_CHECK { } }
}
virtual_server 192.0.2.2 80 {
 protocol TCP
 ~LST({A, B}, {10,1}, {20, 4}) $RS
 ~LST(A, 7) ~SEQ(B, 9, 8) $RS
 ~SEQ(A) $RS
 ~SEQ(A, 1, 0, 5) $RS
}
`;
    const reading = read(text);
    assert.deepEqual(addressesOf(reading), [
      ['10.0.1.1', '10.0.1.2', '10.0.3.1', '10.0.3.2'],
      ['fd00::90', 'fd00::a0'],
      ['10.0.10.1', '10.0.20.4', '10.0.7.9', '10.0.7.8'],
    ]);
    assert.ok(reading.notes.includes('18: ~SEQ(A) $RS: left out, it cannot be read'));
    assert.ok(reading.notes.includes('19: ~SEQ(A, 1, 0, 5) $RS: left out, it cannot be read'));
  });

  test('what nothing defines, and what is other each time, is named', () => {
    const { notes } = read(`${server('  TCP_CHECK { }')}virtual_server $VIP 80 {
 real_server 10.0.0.\${_RANDOM 1 9} 80 { }
}
`);
    assert.ok(notes.includes('7: $VIP stays as it is: nothing defines it'));
    assert.ok(
      notes.includes(
        '8: ${_RANDOM 1 9} stays as it is: it is another number at each start of keepalived',
      ),
    );
    assert.match(notes.join('\n'), /^7: its virtual_server is left out: expected an address/mu);
  });

  test('comments stand anywhere but in double quotes', () => {
    const text = `virtual_server 192.0.2.1 80 { ! one
 protocol TCP#two
 real_server 10.0.0.1 80 {!three
  HTTP_GET { url { path "/a#b!c" # four
  } virtualhost a.example!x
  }
 } # five {
}
`;
    const [check] = read(text).config.services[0]?.realServers.map((each) => each.check) ?? [];
    assert.ok(check?.type === 'http');
    assert.deepEqual([check.path, check.host], ['/a#b!c', 'a.example']);
  });

  test('what has no end ends', () => {
    for (const text of ['$A=$A $A\nfoo $A\n', '$A=${B}\n$B=${A}\n${A}\n', '$A= \\\n $A\n$A\n']) {
      const result = fromKeepalived(text, { configId: null, file: undefined, files: null });
      assert.ok(!result.ok, text);
      assert.match(result.problems[0]?.message ?? '', /too deep|too long/u);
    }
    const silent = read(`~SEQ(A,1,2) $X=1\n${server('  TCP_CHECK { }')}`);
    assert.deepEqual(silent.notes, []);
    const endless = '~SEQ(A,1,60000) ~SEQ(B,1,60000) $X=1\n';
    const without = fromKeepalived(endless, { configId: null, file: undefined, files: null });
    assert.match(without.ok ? '' : (without.problems[0]?.message ?? ''), /without end/u);
    const long = read(`foo ${'"'.repeat(70_000)}\n${server('  TCP_CHECK { }')}`);
    assert.deepEqual(long.notes, ['1: the line is too long: left out']);
    const unknown = fromKeepalived('foo\n'.repeat(150_000));
    assert.ok(unknown.ok && unknown.draft.notes.length > 150_000);
    const many = `~SEQ(A,1,60000) ~SEQ(B,1,60000) foo \${A}\n`;
    const result = fromKeepalived(many, { configId: null, file: undefined, files: null });
    assert.ok(!result.ok);
    assert.match(result.problems[0]?.message ?? '', /more than 200000 lines/u);
  });

  test('a part that is no tree leaves the rest alone', () => {
    const good = server('  TCP_CHECK { }');
    assert.deepEqual(read(`}\n${good}`).notes, ['1: a "}" too many']);
    assert.deepEqual(read(`{ x }\n${good}`).notes, ['1: a block has no name before it']);
    assert.deepEqual(read(`${good}foo "bar\n`).notes, [
      '7: a quote is not closed: the rest of the line is left out',
      '7: foo: left out',
    ]);
    assert.deepEqual(read(`${good}vrrp_instance X {\n`).notes, [
      '7: the block vrrp_instance is not closed',
      '7: vrrp_instance X: left out, a route for each of its addresses takes its place',
    ]);
  });
});

const one = (vip: string, more = ''): string =>
  `virtual_server ${vip} 80 {\n protocol TCP\n foo\n real_server 10.0.0.1 80 { TCP_CHECK { } }\n${more}}\n`;

describe('include', () => {
  test('files are read by name and pattern, relative to the file that names them', (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'keepalived-'));
    t.after(() => rmSync(folder, { recursive: true }));
    mkdirSync(join(folder, 'more'));
    writeFileSync(join(folder, 'more', 'a1.conf'), one('192.0.2.1', 'include quorum.txt\n'));
    writeFileSync(join(folder, 'more', 'a2.conf'), one('192.0.2.2'));
    writeFileSync(join(folder, 'more', 'quorum.txt'), 'bar\n');
    writeFileSync(join(folder, 'b.conf'), `${one('192.0.2.3')}include b.conf\n`);
    const text = `${['include more/a[0-9].conf', 'includer {b,c}.conf', 'includea none*.conf'].join('\n')}\n`;
    const main = join(folder, 'keepalived.conf');
    const result = fromKeepalived(text, { configId: null, file: main, files: localFiles });
    assert.ok(result.ok, JSON.stringify(result));
    const { draft } = result;
    assert.deepEqual(
      draft.routes.map(({ prefix }) => prefix),
      ['192.0.2.1/32', '192.0.2.2/32', '192.0.2.3/32'],
    );
    const file = join(folder, 'more', 'quorum.txt');
    assert.ok(
      draft.services[0]?.notes.some((note) => typeof note !== 'string' && note.file === file),
    );
    const notes = JSON.stringify(draft.notes);
    assert.match(notes, /nested too deep/u, 'it includes itself');
  });

  test('without files it is named', () => {
    const { notes } = read(`include x.conf\n${server('  TCP_CHECK { }')}`);
    assert.deepEqual(notes, ['1: include x.conf: left out, import that file, too']);
  });

  test('other things than regular files are passed over', (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'keepalived-'));
    t.after(() => rmSync(folder, { recursive: true }));
    mkdirSync(join(folder, 'x.conf'));
    writeFileSync(join(folder, '.y.conf'), '');
    assert.deepEqual(localFiles.match('*.conf', folder), []);
    assert.deepEqual(localFiles.match('{x,.y,z}.conf', folder), [join(folder, '.y.conf')]);
    assert.deepEqual(localFiles.match('/dev/nul[l]', folder), []);
    assert.deepEqual(localFiles.match('[.conf', folder), []);
    assert.deepEqual(localFiles.match(`${'{a,b}'.repeat(40)}*`, folder), []);
  });
});
