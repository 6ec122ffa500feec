import { stringify } from 'yaml'
import { SettingsPage } from '@/components/settings/SettingsPage.tsx'
import { visit } from '../visit.ts'

export const dynamic = 'force-dynamic'
export const metadata = { title: 'Settings' }

export default async function Page() {
  const { runtime, calls, person } = await visit('viewer')
  const { config, warnings } = calls.getConfig(runtime)
  return (
    <SettingsPage
      rules={calls.listRules(runtime, { limit: 1_000 })}
      config={stringify(config)}
      warnings={warnings}
      frame={calls.getFrame(runtime, person)}
    />
  )
}
