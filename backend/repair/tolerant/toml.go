package tolerant

import "toolbay/backend/configfile"

func tomlText(src []byte, f configfile.Format, r *Reading) []mend { return nil }
func yamlText(src []byte, f configfile.Format, r *Reading) []mend { return nil }
