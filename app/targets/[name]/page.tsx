import { notFound } from 'next/navigation'
import { TargetPage } from '@/components/targets/TargetPage.tsx'
import { known, named } from '../../known.ts'
import { visit } from '../../visit.ts'

export const dynamic = 'force-dynamic'
type Props = { params: Promise<{ name: string }> }

export const generateMetadata = async ({ params }: Props) => ({ title: named((await params).name) })

export default async function Page({ params }: Props) {
  const { runtime, calls } = await visit('viewer')
  const name = named((await params).name)
  const target = known(() => calls.getTarget(runtime, name))
  if (!target) notFound()
  return <TargetPage name={name} initialData={target} />
}
