/** The logger of the runtime; a pino logger is one. Fields and texts hold no secrets. */
export interface Log {
  info(fields: object, text: string): void
  warn(fields: object, text: string): void
  error(fields: object, text: string): void
}
