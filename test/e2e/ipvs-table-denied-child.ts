// Prints what a reader of the table without CAP_NET_ADMIN gets: see ipvs-table.test.ts.
import { TableError } from '../../src/sinks/ipvs/table-access.ts';
import { ipvsadmAccess } from '../../src/sinks/ipvs/ipvsadm-access.ts';
import { netlinkAccess } from '../../src/sinks/ipvs/netlink-access.ts';

const access = process.env['VIA'] === 'netlink' ? netlinkAccess() : ipvsadmAccess();
try {
  await access.dump();
  console.log('it was read');
} catch (error) {
  console.log(error instanceof TableError ? `${error.code} ${error.message}` : String(error));
}
access.close();
