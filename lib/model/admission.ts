/** One limit of what goes on to the servers of a pool, as it is configured. */
export type AdmissionLimit = {
  /** In the words of the product: `maxconn 100 on each of its 3 servers`. */
  text: string
  /** Why it is a limit in name only, in the middle of a sentence: it is the product's default, or one server has none. */
  nominal?: string
}

/** Admission control: what stands before the servers of a pool and holds back, or refuses, what is too much for them. */
export type Admission = {
  limits: AdmissionLimit[]
  /** Why there may be others than these, in the middle of a sentence. */
  because?: string
  /** The configuration that sets one: where it stands, and the line, with LIMIT in the place of the number. */
  wanted?: { where: string; line: string }
}

/** Those that bound what the servers get. */
export const effective = ({ limits }: Admission): AdmissionLimit[] => limits.filter(({ nominal }) => nominal === undefined)

export const admissionText = ({ text, nominal }: AdmissionLimit): string =>
  nominal === undefined ? text : `${text} (in name only: ${nominal})`
