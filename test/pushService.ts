import { createDecipheriv, createECDH, createPublicKey, hkdfSync, verify } from 'node:crypto'
import type { PushSubscription } from '../lib/model/notifier.ts'

/** A browser as a push service and an application server see it: it decrypts what is pushed to it (RFC 8291, aes128gcm of RFC 8188). */
export function createBrowser(endpoint: string): { subscription: PushSubscription; decrypt(body: Buffer): string } {
  const ecdh = createECDH('prime256v1')
  const own = ecdh.generateKeys()
  const auth = Buffer.alloc(16, 7)
  return {
    subscription: { endpoint, keys: { p256dh: own.toString('base64url'), auth: auth.toString('base64url') } },
    decrypt(body) {
      const [salt, idLength] = [body.subarray(0, 16), body[20]!]
      const sender = body.subarray(21, 21 + idLength)
      const sealed = body.subarray(21 + idLength)
      const info = Buffer.concat([Buffer.from('WebPush: info\0'), own, sender])
      const key = Buffer.from(hkdfSync('sha256', ecdh.computeSecret(sender), auth, info, 32))
      const derived = (what: string, length: number) =>
        Buffer.from(hkdfSync('sha256', key, salt, Buffer.from(`Content-Encoding: ${what}\0`), length))
      const cipher = createDecipheriv('aes-128-gcm', derived('aes128gcm', 16), derived('nonce', 12))
      cipher.setAuthTag(sealed.subarray(-16))
      const padded = Buffer.concat([cipher.update(sealed.subarray(0, -16)), cipher.final()])
      return padded.subarray(0, padded.lastIndexOf(2)).toString()
    },
  }
}

/** What a VAPID header claims, once its signature is checked with the key that it names (RFC 8292). */
export function vapidOf(authorization: string): { key: string; claims: { aud: string; exp: number; sub: string } } {
  const [, token, key] = /^vapid t=([^,]+), ?k=([\w-]+)$/.exec(authorization)!
  const [header, claims, signature] = token!.split('.') as [string, string, string]
  const point = Buffer.from(key!, 'base64url')
  const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((part) => part.toString('base64url'))
  const publicKey = createPublicKey({ key: { kty: 'EC', crv: 'P-256', x: x!, y: y! }, format: 'jwk' })
  const signed = Buffer.from(`${header}.${claims}`)
  if (!verify('sha256', signed, { key: publicKey, dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64url')))
    throw new Error('a bad signature')
  return { key: key!, claims: JSON.parse(Buffer.from(claims, 'base64url').toString()) }
}
