import type { Cause } from '../lib/model/product.ts'

/** For tests that write to a target without a change of the journal. */
export const CAUSE: Cause = { change: '00000000000000aa' }
