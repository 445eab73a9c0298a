/** What identifies a virtual service in the IPVS table (linux/ip_vs.h). */
export type ServiceIdentity =
  | {
      readonly kind: 'address';
      readonly protocol: 'tcp' | 'udp' | 'sctp';
      /** Canonical, without brackets. */
      readonly address: string;
      readonly port: number;
    }
  /** A firewall mark serves IPv4 and IPv6 as two services. */
  | { readonly kind: 'fwmark'; readonly mark: number; readonly family: 4 | 6 };

/** A virtual service in the table, with its real servers. */
export interface TableService {
  readonly identity: ServiceIdentity;
  readonly scheduler: string;
  /** IP_VS_SVC_F_*: persistent, one-packet (`ops`). */
  readonly flags: number;
  readonly persistenceTimeoutS: number;
  readonly destinations: readonly Destination[];
}

/** What identifies a real server within its service. */
export interface DestinationIdentity {
  readonly address: string;
  readonly port: number;
}

/** A real server in the table: all that is needed to add it again unchanged. */
export interface Destination extends DestinationIdentity {
  /** IP_VS_CONN_F_*: 0 masquerading (NAT), 1 local, 2 tunnel, 3 direct routing. */
  readonly forwarding: number;
  readonly weight: number;
  readonly upperThreshold: number;
  readonly lowerThreshold: number;
  readonly tunnel: Tunnel;
  readonly activeConnections: number;
  readonly inactiveConnections: number;
}

/** IP_VS_CONN_F_TUNNEL_TYPE_*: 0 ipip, 1 gue, 2 gre; port and flags for gue and gre. */
export interface Tunnel {
  readonly type: number;
  readonly port: number;
  readonly flags: number;
}

/** One change of the table. `set` and `add` carry every attribute, because IPVS replaces all. */
export interface TableChange {
  readonly kind: 'set' | 'add' | 'remove';
  readonly service: ServiceIdentity;
  readonly destination: Destination;
}

/** The result of one change; `reason` is for the log. */
export type ChangeResult =
  | { readonly ok: true }
  | {
      readonly ok: false;
      /** `missing`: the service or server is gone; `exists`: another program added it meanwhile. */
      readonly code: 'missing' | 'exists' | 'refused' | 'denied' | 'failed';
      readonly reason: string;
    };
