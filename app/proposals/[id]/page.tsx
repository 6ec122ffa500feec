import { notFound, redirect } from 'next/navigation'
import { known } from '../../known.ts'
import { visit } from '../../visit.ts'

export const dynamic = 'force-dynamic'

/** A proposal is shown beside the finding that it answers. */
export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  const { runtime, calls } = await visit('viewer')
  const { id } = await params
  const proposal = known(() => calls.getProposal(runtime, decodeURIComponent(id)))
  if (!proposal) notFound()
  redirect(`/findings/${proposal.finding}`)
}
