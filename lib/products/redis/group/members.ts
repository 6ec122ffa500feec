/**
 * Who belongs to a cluster or to a master's family, `10.0.0.1:6379` each as they are announced, and the answers it is read from.
 * `unwatched`: nodes that it names and that cannot be asked, each with why.
 */
export type Members = { addresses: string[]; answer: string; unwatched?: string[] }
