import { notFound } from 'next/navigation'
import { RulePage } from '@/components/rules/RulePage.tsx'
import { known, named } from '../../../known.ts'
import { visit } from '../../../visit.ts'

export const dynamic = 'force-dynamic'
type Props = { params: Promise<{ group: string; name: string }> }

const idOf = async (params: Props['params']) => {
  const { group, name } = await params
  return `${named(group)}/${named(name)}`
}

export const generateMetadata = async ({ params }: Props) => ({ title: `Rule ${await idOf(params)}` })

export default async function Page({ params }: Props) {
  const { runtime, calls } = await visit('viewer')
  const id = await idOf(params)
  const rule = known(() => calls.getRule(runtime, id))
  if (!rule) notFound()
  return <RulePage initialData={rule} />
}
