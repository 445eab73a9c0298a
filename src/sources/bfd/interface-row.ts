import { map, optional, scalar, type Row } from '../../ovsdb-client/index.ts';

/** The columns that are monitored of Open vSwitch's Interface table (ovs-vswitchd.conf.db(5)). */
export const interfaceColumns = {
  name: scalar('string'),
  bfd_status: map('string', 'string'),
  link_state: optional('string'),
  ofport: optional('integer'),
  error: optional('string'),
};

export type InterfaceRow = Row<typeof interfaceColumns>;

export type BfdStatus = InterfaceRow['bfd_status'];
