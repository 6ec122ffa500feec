import { notFound } from 'next/navigation'
import { RingPage } from '@/components/rings/RingPage.tsx'
import { house } from '@/lib/server/house.ts'
import { getRing } from '@/lib/server/rings.ts'
import { known, named } from '../../known.ts'

export const dynamic = 'force-dynamic'
type Props = { params: Promise<{ name: string }> }

export const generateMetadata = async ({ params }: Props) => ({ title: `Ring ${named((await params).name)}` })

export default async function Page({ params }: Props) {
  const name = named((await params).name)
  const ring = known(() => getRing(house(), name))
  if (!ring) notFound()
  return <RingPage name={name} initialData={ring} />
}
