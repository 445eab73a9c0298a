// Prints what the link source sees of eth0: observe-child.ts DIR SYSFS
import { of } from 'rxjs';
import { link } from '../../../src/sources/link/link.ts';
import { silentNetlink } from './lab.ts';

const [dir = '', sysfs = ''] = process.argv.slice(2);
const config = { dir, interfaces: [{ signal: 'uplink', interface: 'eth0' }] };
link(of(config), { notify: () => {} }, silentNetlink(sysfs)).subscribe(({ state, reason }) =>
  console.log(reason === '' ? state : `${state}: ${reason}`),
);
