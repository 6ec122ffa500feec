/**
 * A key's bytes as a text of one character each, for what is kept of it: a Buffer is four times as large, and holds on to the whole answer that it was
 * cut out of.
 */
export const nameOf = (key: Buffer): string => key.toString('latin1')
export const keyOf = (name: string): Buffer => Buffer.from(name, 'latin1')
