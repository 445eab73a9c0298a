/** The constants of linux/ip_vs.h that are used here. */

export const FAMILY_NAME = 'IPVS';
export const VERSION = 1;

/** IPVS_CMD_* */
export const COMMAND = {
  GET_SERVICE: 4,
  NEW_DEST: 5,
  SET_DEST: 6,
  DEL_DEST: 7,
  GET_DEST: 8,
  GET_INFO: 15,
} as const;

/** IPVS_CMD_ATTR_* */
export const ATTRIBUTE = { SERVICE: 1, DEST: 2 } as const;

/** IPVS_SVC_ATTR_* */
export const SERVICE = {
  AF: 1,
  PROTOCOL: 2,
  ADDR: 3,
  PORT: 4,
  FWMARK: 5,
  SCHED_NAME: 6,
  FLAGS: 7,
  TIMEOUT: 8,
} as const;

/** IPVS_DEST_ATTR_* */
export const DEST = {
  ADDR: 1,
  PORT: 2,
  FWD_METHOD: 3,
  WEIGHT: 4,
  U_THRESH: 5,
  L_THRESH: 6,
  ACTIVE_CONNS: 7,
  INACT_CONNS: 8,
  ADDR_FAMILY: 11,
  TUN_TYPE: 13,
  TUN_PORT: 14,
  TUN_FLAGS: 15,
} as const;

/** IPVS_INFO_ATTR_* */
export const INFO = { VERSION: 1, CONN_TAB_SIZE: 2 } as const;

/** IP_VS_SVC_F_*: flags that can be set, and HASHED, which only the kernel sets. */
export const SERVICE_FLAG = {
  PERSISTENT: 0x1,
  HASHED: 0x2,
  ONE_PACKET: 0x4,
  SCHEDULER_1: 0x8,
  SCHEDULER_2: 0x10,
  SCHEDULER_3: 0x20,
} as const;

/** IP_VS_CONN_F_* of a destination. */
export const FORWARDING = { masquerading: 0, local: 1, tunnel: 2, direct: 3 } as const;
/** IP_VS_CONN_F_TUNNEL_TYPE_* */
export const TUNNEL = { ipip: 0, gue: 1, gre: 2 } as const;
/** IP_VS_TUNNEL_ENCAP_FLAG_* */
export const TUNNEL_FLAG = { nocsum: 0, csum: 1, remcsum: 2 } as const;

/** IPPROTO_* */
export const PROTOCOL = { tcp: 6, udp: 17, sctp: 132 } as const;
/** AF_INET and AF_INET6 of Linux. */
export const AF = { 4: 2, 6: 10 } as const;
