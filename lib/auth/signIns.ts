export type SignInWay = 'link' | 'password' | 'passkey' | 'issuer' | 'proxy'

/** The outcomes of sign-ins, whichever way somebody takes: the audit log hears of them. */
export type SignIns = {
  entered(name: string, way: SignInWay, from: string | null): void
  /** `name`: of a person who is known here. What else is typed in place of a name may be a password. */
  refused(name: string | null, way: SignInWay, from: string | null, error: unknown): void
  /** Evenkeel itself has made a link for the first admin. */
  invited(name: string, role: string): void
  /** A file in the data folder asked for it: the second factor of the first admin was taken away. */
  factorReset(name: string): void
}
