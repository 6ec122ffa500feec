import { createHash } from 'node:crypto'

/** Digests that tell whether the file, and which of its keys, changed: for the audit log, which may hold no value of it. */
export type Fingerprint = {
  /** SHA-256 of the file, as `sha256sum` prints it. */
  file: string
  /** SHA-256 of what stands under each key at the top. */
  keys: Record<string, string>
}

export function fingerprintOf(text: string, written: unknown): Fingerprint {
  const sections = written !== null && typeof written === 'object' ? Object.entries(written) : []
  return { file: sha256(text), keys: Object.fromEntries(sections.map(([key, value]) => [key, sha256(JSON.stringify(value) ?? '')])) }
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
