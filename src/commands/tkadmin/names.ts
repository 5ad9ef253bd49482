import { displayText } from '../../core/principal/display.ts'
import { type Principal, unparsePrincipal } from '../../core/principal/principal.ts'

/** A principal as it is shown to people: unparsed, with what a terminal would act on escaped (threat T40). */
export function shown(principal: Principal): string {
  return displayText(unparsePrincipal(principal))
}
