import { notFound } from 'next/navigation'
import { PoolPage } from '@/components/pools/PoolPage.tsx'
import { knownLater, named } from '../../../known.ts'
import { visit } from '../../../visit.ts'

export const dynamic = 'force-dynamic'
type Props = { params: Promise<{ target: string; pool: string }> }

export const generateMetadata = async ({ params }: Props) => {
  const { target, pool } = await params
  return { title: `${named(target)}/${named(pool)}` }
}

export default async function Page({ params }: Props) {
  const { runtime, calls } = await visit('viewer')
  const { target, pool } = await params
  const [on, name] = [named(target), named(pool)]
  const initialData = await knownLater(calls.getPool(runtime, on, name))
  if (!initialData) notFound()
  return <PoolPage target={on} name={name} initialData={initialData} />
}
