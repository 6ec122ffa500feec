import { notFound, redirect } from 'next/navigation'
import { house } from '@/lib/server/house.ts'
import { getProposal } from '@/lib/server/proposals.ts'
import { known } from '../../known.ts'

export const dynamic = 'force-dynamic'

/** A proposal is shown beside the finding that it answers. */
export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params
  const proposal = known(() => getProposal(house(), decodeURIComponent(id)))
  if (!proposal) notFound()
  redirect(`/findings/${proposal.finding}`)
}
