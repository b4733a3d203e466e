RETURN null, TRUE, false, NULL;
RETURN 0, 1_000, 007, 0xFF, 0x_1f, 0X10, 0o17, 9223372036854775807;
RETURN -9223372036854775808, - 5, +5, -0x8000000000000000, 2 - -3, --1, -a;
RETURN 1.5, .5, 1e3, 1E-3, 1.5e+10f, 2d, 6.022_140_76e23, 1e-400;
RETURN inf, -Infinity;
RETURN '', 'it''s', "a ""b""", 'a\'b\\c\t\n\r\b\f\`', "caf\u00E9 \U01F600 \uD83D\uDE00", 'é — ‘';
RETURN $name, $1, $0a, $`a b`, $match;
