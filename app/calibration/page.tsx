import { CalibrationPage } from '@/components/calibration/CalibrationPage.tsx'
import { visit } from '../visit.ts'

export const dynamic = 'force-dynamic'
export const metadata = { title: 'Calibration' }

export default async function Page() {
  const { runtime, calls } = await visit('viewer')
  return <CalibrationPage initial={calls.getCalibration(runtime)} />
}
