import { randomBytes } from 'node:crypto'

/** A document's id: short enough for an address, never met twice. */
export const newId = () => randomBytes(8).toString('hex')
