import { ReviewPage } from '@/components/review/ReviewPage.tsx'
import { getReview } from '@/lib/server/review/review.ts'
import { visit } from '../visit.ts'

export const dynamic = 'force-dynamic'
export const metadata = { title: 'Review' }

export default async function Page() {
  const { runtime } = await visit('viewer')
  return <ReviewPage initial={await getReview(runtime)} />
}
