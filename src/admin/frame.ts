/** FIN and the opcode of text (RFC 6455, section 5.2). */
const FIN_TEXT = 0x81;
const LENGTH16 = 126;
const LENGTH64 = 127;

/**
 * One unmasked text frame of a WebSocket, as servers send them. Framed here and
 * not by ws for each client: the same bytes go to all of them, in one write.
 */
export function textFrame(text: string): Buffer {
  const length = Buffer.byteLength(text);
  const headLength = length < LENGTH16 ? 2 : length < 65_536 ? 4 : 10;
  const frame = Buffer.allocUnsafe(headLength + length);
  frame[0] = FIN_TEXT;
  if (headLength === 2) frame[1] = length;
  else if (headLength === 4) {
    frame[1] = LENGTH16;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = LENGTH64;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  frame.write(text, headLength);
  return frame;
}
