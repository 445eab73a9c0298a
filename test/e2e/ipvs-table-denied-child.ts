// Prints what a reader of the table without CAP_NET_ADMIN is told: see ipvs-table.test.ts.
import { TableError } from '../../src/sinks/ipvs/access.ts';
import { ipvsadmAccess } from '../../src/sinks/ipvs/ipvsadm.ts';
import { netlinkAccess } from '../../src/sinks/ipvs/netlink.ts';

const access = process.env['VIA'] === 'netlink' ? netlinkAccess() : ipvsadmAccess();
try {
  await access.dump();
  console.log('it was read');
} catch (error) {
  console.log(error instanceof TableError ? `${error.code} ${error.message}` : String(error));
}
access.close();
