import { KpasswdResult } from '../../core/kpasswd/frame.ts'
import { refusalText } from '../../core/kpasswd/result-text.ts'
import { remarkJson } from '../passwords/places.ts'
import type { Remark } from '../passwords/source.ts'
import type { ChangeOutcome } from './run.ts'

export function outcomeText({ answer }: ChangeOutcome): string {
  return answer.code === KpasswdResult.SUCCESS ? 'Password changed.\n' : `${refusalText(answer)}\n`
}

export function outcomeJson({ client, answer }: ChangeOutcome, remarks: readonly Remark[]): object {
  const changed = answer.code === KpasswdResult.SUCCESS
  const refusal = changed ? {} : { code: answer.code, text: refusalText(answer) }
  return { client, changed, ...refusal, warnings: remarks.map(remarkJson) }
}
