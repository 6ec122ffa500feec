/** A refusal of an AWS API, by its code. */
export class Fault extends Error {
  readonly status: number
  readonly code: string
  constructor(code: string, message: string, status = 400) {
    super(message)
    this.code = code
    this.status = status
  }
}

/** One page of a list, by a marker that is where it goes on. */
export function pageOf<T>(all: readonly T[], marker: string | undefined, size: number): { items: T[]; next: string | undefined } {
  const from = marker === undefined ? 0 : Number(Buffer.from(marker, 'base64').toString().replace('at:', ''))
  if (!Number.isInteger(from)) throw new Fault('InvalidParameterValue', 'Invalid marker')
  const to = from + size
  return { items: all.slice(from, to), next: to < all.length ? Buffer.from(`at:${to}`).toString('base64') : undefined }
}
