/** The ASN.1 table (com_err `asn1`). Symbol: [offset, text]. */
export const ASN1_BASE = 1859794432

export const ASN1 = {
  ASN1_BAD_TIMEFORMAT: [0, 'ASN.1 failed call to system time library'],
  ASN1_MISSING_FIELD: [1, 'ASN.1 structure is missing a required field'],
  ASN1_MISPLACED_FIELD: [2, 'ASN.1 unexpected field number'],
  ASN1_TYPE_MISMATCH: [3, 'ASN.1 type numbers are inconsistent'],
  ASN1_OVERFLOW: [4, 'ASN.1 value too large'],
  ASN1_OVERRUN: [5, 'ASN.1 encoding ended unexpectedly'],
  ASN1_BAD_ID: [6, "ASN.1 identifier doesn't match expected value"],
  ASN1_BAD_LENGTH: [7, "ASN.1 length doesn't match expected value"],
  ASN1_BAD_FORMAT: [8, 'ASN.1 badly-formatted encoding'],
  ASN1_PARSE_ERROR: [9, 'ASN.1 parse error'],
  ASN1_BAD_GMTIME: [10, 'ASN.1 bad return from gmtime'],
  ASN1_INDEF: [11, 'ASN.1 indefinite encoding'],
  ASN1_MISSING_EOC: [12, 'ASN.1 missing expected EOC'],
  ASN1_OMITTED: [13, 'ASN.1 object omitted in sequence'],
} as const
