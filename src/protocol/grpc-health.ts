/** grpc.health.v1 (the gRPC health checking protocol), as much of it as a check needs. */
export const HEALTH_CHECK_PATH = '/grpc.health.v1.Health/Check';

export type ServingStatus = 'UNKNOWN' | 'SERVING' | 'NOT_SERVING' | 'SERVICE_UNKNOWN';

const STATUSES: readonly ServingStatus[] = ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN'];

/** One flag, not compressed, and the length as 32 bits. */
const PREFIX_BYTES = 5;
const SERVICE_FIELD = 0x0a;
const STATUS_FIELD = 0x08;

/** A HealthCheckRequest in its gRPC frame; `service` empty: the server as a whole. */
export function healthRequest(service: string): Uint8Array {
  const name = new TextEncoder().encode(service);
  const length = varint(name.length);
  const message = name.length === 0 ? [] : [SERVICE_FIELD, ...length, ...name];
  const frame = new Uint8Array(PREFIX_BYTES + message.length);
  new DataView(frame.buffer).setUint32(1, message.length);
  frame.set(message, PREFIX_BYTES);
  return frame;
}

/** The status of a HealthCheckResponse in its gRPC frame; `null`: it is no such thing. */
export function readHealthResponse(frame: Uint8Array): ServingStatus | null {
  if (frame.length < PREFIX_BYTES || frame[0] !== 0) return null;
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  if (view.getUint32(1) !== frame.length - PREFIX_BYTES) return null;
  const [field, value, ...rest] = frame.subarray(PREFIX_BYTES);
  // A field at its default is not sent at all.
  if (field === undefined) return 'UNKNOWN';
  if (field !== STATUS_FIELD || value === undefined || rest.length > 0) return null;
  return STATUSES[value] ?? null;
}

function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >>> 7)];
}
