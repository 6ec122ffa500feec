import type { ReviewView } from '../../model/answers/review.ts'
import { reviewOf } from '../../review/review.ts'
import type { Runtime } from '../runtime.ts'
import { reviewFacts } from './facts.ts'

/** The review of the fleet as it is measured now. */
export const getReview = async (runtime: Runtime): Promise<ReviewView> => reviewOf(await reviewFacts(runtime))
