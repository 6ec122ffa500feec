import { EvenkeelError } from '../model/error.ts'

/** The part of an error that may be shown: only the message of an EvenkeelError is free of secrets and paths. */
export const publicError = (error: unknown, otherwise: string): EvenkeelError =>
  error instanceof EvenkeelError ? error : new EvenkeelError('unreachable', otherwise, { cause: error })
