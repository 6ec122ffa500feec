import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto'

type Told = { challenge: string }
export type AuthenticatorOptions = {
  origin: string
  /** False: user presence without user verification. */
  verified?: boolean
}

/** A passkey in software, as a browser answers for it: ES256, no attestation. */
export function createAuthenticator({ origin, verified = true }: AuthenticatorOptions) {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const id = randomBytes(16)
  let counter = 0
  const { x, y } = publicKey.export({ format: 'jwk' }) as { x: string; y: string }
  const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest()
  const clientData = (type: string, { challenge }: Told) => Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }))
  const data = (flags: number, rest = Buffer.alloc(0)) => {
    const count = Buffer.alloc(4)
    count.writeUInt32BE(++counter)
    return Buffer.concat([sha256(new URL(origin).hostname), Buffer.from([flags | 0x01 | (verified ? 0x04 : 0)]), count, rest])
  }
  const text = (bytes: Buffer) => bytes.toString('base64url')
  const about = { id: text(id), rawId: text(id), type: 'public-key' as const, clientExtensionResults: {} }

  return {
    register(options: Told) {
      const key = cbor(
        new Map<number, number | Buffer>([
          [1, 2],
          [3, -7],
          [-1, 1],
          [-2, Buffer.from(x, 'base64url')],
          [-3, Buffer.from(y, 'base64url')],
        ]),
      )
      const authData = data(0x40, Buffer.concat([Buffer.alloc(16), Buffer.from([0, id.length]), id, key]))
      const attestation = cbor(
        new Map<string, unknown>([
          ['fmt', 'none'],
          ['attStmt', new Map()],
          ['authData', authData],
        ]),
      )
      return {
        ...about,
        response: { clientDataJSON: text(clientData('webauthn.create', options)), attestationObject: text(attestation), transports: [] },
      }
    },
    signIn(options: Told) {
      const client = clientData('webauthn.get', options)
      const authData = data(0)
      const signature = sign('sha256', Buffer.concat([authData, sha256(client)]), privateKey)
      return { ...about, response: { clientDataJSON: text(client), authenticatorData: text(authData), signature: text(signature) } }
    },
  }
}

/** As much of CBOR (RFC 8949) as an authenticator writes. */
function cbor(value: unknown): Buffer {
  const head = (major: number, count: number) =>
    count < 24
      ? Buffer.from([(major << 5) | count])
      : count < 256
        ? Buffer.from([(major << 5) | 24, count])
        : Buffer.from([(major << 5) | 25, count >> 8, count & 255])
  if (typeof value === 'number') return value < 0 ? head(1, -1 - value) : head(0, value)
  if (typeof value === 'string') return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)])
  if (Buffer.isBuffer(value)) return Buffer.concat([head(2, value.length), value])
  if (value instanceof Map) return Buffer.concat([head(5, value.size), ...[...value].flatMap(([key, each]) => [cbor(key), cbor(each)])])
  throw new Error(`no CBOR for ${typeof value}`)
}
