/** An OVSDB client (RFC 7047). See README.md. */
export { OvsdbClient } from './client.ts';
export type { OvsdbClientOptions } from './options.ts';
export type { ClientState } from './state.ts';
export type { TlsOptions } from './wire/tls.ts';
export type { Clock } from './clock.ts';
export { parseRemote, type Remote } from './remote.ts';
export { Fault } from './fault.ts';
export { OvsdbError } from './error.ts';

export { columnOf, map, optional, scalar, set } from './columns.ts';
export type { AnyRow, Column, Columns, Row } from './columns.ts';
export type { Monitor, MonitorHandlers, MonitorSpec } from './monitor.ts';
export type { Condition, MonitorMethod } from './monitor-request.ts';
export type { Change } from './rows/cache.ts';
export type { ColumnSchema, DatabaseSchema, TableSchema } from './schema.ts';

export { isUuid, uuid } from './values.ts';
export type { Atom, AtomName, ColumnType, Uuid, Value } from './values.ts';
export { mapJson, setJson, uuidJson } from './encode.ts';
export type { Json } from './json.ts';
