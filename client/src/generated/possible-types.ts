/** The types of each interface and union. */
export const possibleTypes: Record<string, string[]> = {
  "CrmObject": [
    "Account",
    "Contact",
    "Deal",
    "Lead"
  ],
  "UploadResult": [
    "UploadAccepted",
    "UploadRejected"
  ]
};
