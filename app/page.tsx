import { Overview } from '@/components/overview/Overview.tsx'
import { visit } from './visit.ts'

export const dynamic = 'force-dynamic'
export const metadata = { title: { absolute: 'Evenkeel' } }

export default async function Page() {
  const { runtime, calls } = await visit('viewer')
  return <Overview initialData={await calls.getOverview(runtime)} incidents={await calls.listIncidents(runtime)} />
}
