/** A key's bytes as a text of one character each: what keys are told apart by. */
export const nameOf = (key: Buffer): string => key.toString('latin1')
