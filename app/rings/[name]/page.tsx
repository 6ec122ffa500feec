import { notFound, redirect } from 'next/navigation'
import { RingPage } from '@/components/rings/RingPage.tsx'
import { knownLater, named } from '../../known.ts'
import { visit } from '../../visit.ts'

export const dynamic = 'force-dynamic'
type Props = { params: Promise<{ name: string }>; searchParams: Promise<{ lab?: string | string[] }> }

export const generateMetadata = async ({ params }: Props) => ({ title: `Ring ${named((await params).name)}` })

export default async function Page({ params, searchParams }: Props) {
  const { runtime, calls } = await visit('viewer')
  const name = named((await params).name)
  const ring = await knownLater(calls.getRing(runtime, name))
  if (!ring) {
    // Where the lab stood before it had an address that no ring can take.
    if (name === 'lab') redirect(labOf((await searchParams).lab))
    notFound()
  }
  return <RingPage name={name} initialData={ring} />
}

const labOf = (state: string | string[] | undefined) => (typeof state === 'string' ? `/lab?lab=${encodeURIComponent(state)}` : '/lab')
