declare module 'snappyjs' {
  /** The block format, without framing. */
  export function compress(data: Uint8Array): Uint8Array
  export function uncompress(data: Uint8Array): Uint8Array
}
