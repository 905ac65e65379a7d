// Package scrypt takes the place of github.com/elithrar/simple-scrypt in the restic of the tests: a new repository's key
// costs a few milliseconds to derive, and not half a second at each call of restic. The format stays restic's own: the
// parameters are kept with the key, and any restic opens such a repository.
package scrypt

import (
	"errors"
	"time"
)

// Params are those of RFC 7914, with the lengths of salt and key in bytes.
type Params struct{ N, R, P, SaltLen, DKLen int }

// DefaultParams cost next to nothing; the lengths are those of the replaced package.
var DefaultParams = Params{N: 1024, R: 8, P: 1, SaltLen: 16, DKLen: 32}

// Calibrate answers with the given parameters: nothing is measured.
func Calibrate(_ time.Duration, _ int, params Params) (Params, error) { return params, nil }

// Check holds N to be a power of two above one (RFC 7914, section 6), and R and P to be positive.
func (p *Params) Check() error {
	if p.N < 2 || p.N&(p.N-1) != 0 || p.R < 1 || p.P < 1 {
		return errors.New("scrypt: the parameters are invalid")
	}
	return nil
}
