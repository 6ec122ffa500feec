import { ReviewPage } from '@/components/review/ReviewPage.tsx'
import { visit } from '../visit.ts'

export const dynamic = 'force-dynamic'
export const metadata = { title: 'Review' }

export default async function Page() {
  const { runtime, calls } = await visit('viewer')
  return <ReviewPage initial={await calls.getReview(runtime)} />
}
